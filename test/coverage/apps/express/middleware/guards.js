'use strict';
exports.requireReader = async function (req, res, next) {
  await Promise.resolve();
  if (!req.get('x-reader')) return res.status(401).json({ error: 'who are you?' });
  next();
};

exports.onlyJson = (req, res, next) => (req.method !== 'POST' || req.is('json') ? next() : res.sendStatus(415));
