function a() {
  return new Error("crlf").stack.split("\n")[1].replace(/.*[\\/]/, "")
}
console.log(a(), JSON.stringify(a.toString()))
const t = () => `x
y`
console.log(JSON.stringify(t()))
