'use strict';
const { Router } = require('express');

module.exports = function (shelf) {
  const router = Router();

  const present = ({ title, copies }) => ({ title, copies, href: `/books/${encodeURIComponent(title)}` });

  router.param('title', (req, res, next, title) => {
    req.book = shelf.find(title);
    next(req.book ? undefined : Object.assign(new Error(`no ${title}`), { status: 404 }));
  });
  router.get('/', (req, res) => res.json([...shelf.all()].map((book) => present(book))));
  router.route('/:title')
    .get((req, res) => {
      res.json(present(req.book));
    })
    .delete(async (req, res) => {
      await shelf.remove(req.book);
      res.sendStatus(204);
    });
  return router;
};
