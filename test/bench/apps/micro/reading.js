'use strict';
const { collapse, isBlank, isDigits, titleCase } = require('./text.js');

class Problem extends Error {
  constructor(field, text) {
    super(`${field}: ${text}`);
    this.field = field;
  }
}

const concat = (chunks) => Buffer.concat(chunks).toString('utf8');

function readBody(request) {
  return new Promise((done, fail) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => done(concat(chunks)));
    request.on('error', fail);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('body', 'is not JSON');
  }
}

function required(value, field) {
  if (value === undefined || value === null) throw new Problem(field, 'is missing');
  return value;
}

const text = (value, field) => {
  const given = required(value, field);
  if (typeof given !== 'string' || isBlank(given)) throw new Problem(field, 'must be text');
  return collapse(given);
};

const number = (value, field) => {
  const given = required(value, field);
  if (!Number.isFinite(given)) throw new Problem(field, 'must be a number');
  return given;
};

function postcode(value, field) {
  const given = text(value, field);
  if (!isDigits(given)) throw new Problem(field, 'must be digits');
  return given;
}

const readPlace = (place, field) => ({
  lat: number(place.lat, `${field}.lat`),
  lon: number(place.lon, `${field}.lon`),
  street: titleCase(text(place.street, `${field}.street`)),
  postcode: postcode(place.postcode, `${field}.postcode`),
});

function readParcel(parcel, index) {
  const field = `parcels[${index}]`;
  return {
    sku: text(parcel.sku, field).toUpperCase(),
    grams: number(parcel.grams, field),
    fragile: parcel.fragile === true,
    place: readPlace(required(parcel.place, field), field),
  };
}

function readRequest(body) {
  const input = parse(body);
  return {
    id: number(input.id, 'id'),
    customer: text(input.customer, 'customer'),
    depot: readPlace(required(input.depot, 'depot'), 'depot'),
    parcels: required(input.parcels, 'parcels').map(readParcel),
  };
}

module.exports = { Problem, readBody, readRequest };
