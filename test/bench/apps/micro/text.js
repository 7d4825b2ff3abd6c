'use strict';

const isBlank = (text) => text.trim() === '';
const isDigits = (text) => /^\d+$/.test(text);
const collapse = (text) => text.replace(/\s+/g, ' ').trim();
const capitalise = (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
const titleCase = (text) => words(text).map(capitalise).join(' ');

function words(text) {
  return text.split(' ');
}

function hash(text) {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = mix(value, text.charCodeAt(i));
  return value >>> 0;
}

function mix(value, code) {
  return (Math.imul(value, 31) + code) | 0;
}

function padded(value, length) {
  return String(value).padStart(length, '0');
}

module.exports = { isBlank, isDigits, collapse, titleCase, hash, padded };
