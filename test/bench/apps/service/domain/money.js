'use strict';

function cents(amount) {
  return Math.round(amount * 100);
}

function percentOf(amountCents, percent) {
  return Math.round((amountCents * percent) / 100);
}

function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function format(amountCents, currency = 'EUR') {
  const sign = amountCents < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(amountCents) / 100);
  const rest = String(Math.abs(amountCents) % 100).padStart(2, '0');
  return `${sign}${whole}.${rest} ${currency}`;
}

module.exports = { cents, percentOf, sum, format };
