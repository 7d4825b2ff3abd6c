// Lives through several reports, and then ends by itself.
const f = (n) => (n ? f(n - 1) : 'end');
const timer = setInterval(() => f(3), 50);
setTimeout(() => { clearInterval(timer); console.log(f(10)) }, 1800);
