exports.exported = function () { return [typeof module, typeof require, __filename.split('/').pop(), this === exports, arguments.length] };
exports.self = require('./common2.cjs').seen;
