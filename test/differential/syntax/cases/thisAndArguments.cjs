var log = console.log;
function sloppyThis() { return this === globalThis }
function strictThis() { 'use strict'; return this }
function primitive() { return typeof this }
function strictPrimitive() { 'use strict'; return typeof this }
log(sloppyThis(), strictThis(), primitive.call(1), strictPrimitive.call(1), this === module.exports);
function aliased(a, b) { arguments[0] = 9; b = 8; return [a, arguments[1], arguments.length] }
log(aliased(1, 2), aliased(1));
function strictArguments(a) { 'use strict'; a = 2; return arguments[0] }
log(strictArguments(1));
function defaulted(a = 1) { a = 5; return arguments[0] }
log(defaulted(), defaulted(3));
function callee() { return arguments.callee === callee }
log(callee());
try { (function () { 'use strict'; return arguments.callee })() } catch (e) { log(e.name, e.message) }
function viaArrow() { return (() => arguments[0] + arguments.length + (() => this.v)())() }
log(viaArrow.call({ v: 1 }, 2, 3));
function shadow(arguments) { return arguments }
function shadowVar() { var arguments; return typeof arguments }
function shadowVarSet() { var arguments = 5; return arguments }
function shadowFunction() { return typeof arguments; function arguments() {} }
function shadowLet() { { let arguments = 7; return arguments } }
log(shadow(4), shadowVar(), shadowVarSet(), shadowFunction(), shadowLet());
function varAndParameter(a) { var a; return a }
function varSame(a) { var a = 2; return [a, arguments[0]] }
function functionSame(a) { return typeof a; function a() {} }
function functionAndVar() { var f = 1; function f() {} return typeof f }
function functionAndVarUnset() { var f; function f() { return 'f' } return f() }
function twice() { function g() { return 1 } function g() { return 2 } return g() }
function ownName() { var ownName; return typeof ownName }
const selfName = function self() { self = 1; return typeof self };
const selfStrict = function self() { 'use strict'; try { self = 1 } catch (e) { return e.message } };
log(varAndParameter(1), varSame(1), functionSame(1), functionAndVar(), functionAndVarUnset(), twice(), ownName(), selfName(), selfStrict());
function duplicate(a, a) { return a }
log(duplicate(1, 2), duplicate.length);
function hoisting() { before(); var r = typeof later + typeof inner; if (true) { function inner() { return 'inner' } } var later = 1; return r + inner(); function before() { log('before') } }
log(hoisting());
function blockFunction(x) { if (x) { function bf() { return 'yes' } } return typeof bf }
log(blockFunction(1), blockFunction(0));
function blockFunctionStrict(x) { 'use strict'; if (x) { function bs() {} } return typeof bs }
log(blockFunctionStrict(1));
function sloppyIf(x) { if (x) function one() { return 1 } else function two() { return 2 } return [typeof one, typeof two] }
log(sloppyIf(1), sloppyIf(0));
function labelledFunction() { l: function lf() { return 'lf' } return lf() }
log(labelledFunction());
function lexicalAndVar() { let a = 1; { var b = a; } for (var i = 0; i < 2; i++) { let c = i; } return [a, b, i] }
log(lexicalAndVar());
function tdz() { try { return x } catch (e) { return e.message } let x = 1 }
log(tdz());
function catchParameter() { try { throw 1 } catch (e) { var e = 2; } return e }
log(catchParameter());
function catchShadow(e) { try { throw 'inner' } catch (e) { log(e) } return e }
log(catchShadow('outer'));
function newTarget() { return new.target === newTarget ? 'new' : new.target }
log(newTarget(), new newTarget() instanceof newTarget);
function Constructor(v) { if (!(this instanceof Constructor)) return new Constructor(v); this.v = v }
log(Constructor(1).v, new Constructor(2).v);
function ReturnsObject() { this.a = 1; return { b: 2 } }
function ReturnsPrimitive() { this.a = 1; return 5 }
log(new ReturnsObject(), new ReturnsPrimitive(), Reflect.construct(function () { return { t: new.target.name } }, [], class Z {}));
function defaultScope(a, b = () => a, c = (a = 5, b())) { var a; return [a, b(), c] }
function defaultScopeVar(a, b = () => a) { var a = 9; return [a, b()] }
function defaultScopeFunction(a, b = () => typeof a) { function a() {} return [typeof a, b()] }
function defaultArguments(a = arguments.length, b = this.z) { return [a, b] }
function defaultThrow(a = (() => { throw new TypeError('default') })()) { return a }
function defaultOwnName(a = defaultOwnName.name) { return a }
log(defaultScope(1), defaultScopeVar(1), defaultScopeFunction(1), defaultArguments.call({ z: 3 }), defaultOwnName());
try { defaultThrow() } catch (e) { log(e.message, e.stack.split('\n').slice(1, 3).map((l) => l.trim().replace(/\(.*[\\/]/, '('))) }
function destructured({ a, b: { c = 4 } = {} } = {}, [d, , e = d] = [1]) { return [a, c, d, e] }
log(destructured(), destructured({ a: 1, b: { c: 2 } }, [3, 4, 5]));
try { destructured(null) } catch (e) { log(e.name, e.message) }
const evalScope = (function (a) { eval('var fromEval = a + 1; a = 10'); return [typeof fromEval, fromEval, a, arguments[0]] })(1);
log(evalScope);
function evalStrict() { 'use strict'; eval('var q = 1'); return typeof q }
log(evalStrict());
function evalArrow() { return eval('(() => this.w)()') }
log(evalArrow.call({ w: 'w' }));
function evalNewTarget() { return eval('new.target') }
log(evalNewTarget(), typeof new (function () { this.t = eval('new.target') })().t);
function evalFunction() { eval('function made() { return "made" }'); return made() }
log(evalFunction());
function evalLet(x) { let y = 2; return eval('x + y') }
log(evalLet(1));
function evalArguments() { eval('arguments[0] = 5'); return arguments[0] }
log(evalArguments(1));
function evalParameter(a = eval('1 + 1'), b = eval('var inP = 3; inP')) { return [a, b, typeof inP] }
log(evalParameter());
function callerProperty() { return callerProperty.caller && callerProperty.caller.name }
function theCaller() { return callerProperty() }
log(theCaller());
log(Object.getOwnPropertyNames(function () {}).join(), (function () { return callerProperty.arguments })());
function setters() { const o = { set v(x) { this._v = x; return 5 }, get v() { return this._v } }; return [o.v = 3, o.v] }
log(setters());
var o1 = { toString() { return 'coerced' }, valueOf() { return 42 }, [Symbol.toPrimitive](h) { return h === 'number' ? 7 : h } };
log(`${o1}`, +o1, o1 + '');
