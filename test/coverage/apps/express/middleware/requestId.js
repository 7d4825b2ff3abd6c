'use strict';
module.exports = (header = 'x-request-id') => {
  let last = 0;
  return function assignRequestId(req, res, next) {
    req.id = req.get(header) ?? `r${++last}`;
    res.set(header, req.id);
    next();
  };
};
