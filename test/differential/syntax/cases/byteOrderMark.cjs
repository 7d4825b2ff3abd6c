const f = () => { throw new Error("bom") };
try { f() } catch (e) { console.log(e.stack.split("\n")[1].replace(/.*[\\/]/, "")) }
