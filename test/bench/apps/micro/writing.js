'use strict';
const { Problem } = require('./reading.js');

function headers(body) {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

function serialise(value) {
  return JSON.stringify(value);
}

function writeJson(response, status, value) {
  const body = serialise(value);
  response.writeHead(status, headers(body));
  response.end(body);
}

function statusOf(error) {
  return error instanceof Problem ? 400 : 500;
}

function writeProblem(response, error) {
  writeJson(response, statusOf(error), { error: String(error.message) });
}

module.exports = { writeJson, writeProblem };
