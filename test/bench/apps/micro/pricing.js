'use strict';

const round = (amount) => Math.round(amount * 100) / 100;
const add = (a, b) => a + b;
const total = (amounts) => amounts.reduce(add, 0);
const percent = (amount, rate) => (amount * rate) / 100;
const byWeight = (parcel) => Math.ceil(parcel.grams / 500) * 0.35;
const byDistance = (km) => Math.min(12, km * 0.21);
const forFragile = (parcel) => (parcel.fragile ? 1.9 : 0);

const surcharges = [
  { name: 'weight', of: (parcel) => byWeight(parcel) },
  { name: 'fragile', of: (parcel) => forFragile(parcel) },
  { name: 'distance', of: (parcel, km) => byDistance(km) },
];

function surchargesOf(parcel, km) {
  return surcharges.map((surcharge) => ({ name: surcharge.name, amount: surcharge.of(parcel, km) })).filter(isCharged);
}

function isCharged(surcharge) {
  return surcharge.amount > 0;
}

function priceOf(parcel, km) {
  return round(2.4 + total(surchargesOf(parcel, km).map(amountOf)));
}

function amountOf(surcharge) {
  return surcharge.amount;
}

function rebate(amount, account) {
  return percent(amount, rebateRate(account));
}

function rebateRate(account) {
  return account.tier === 'gold' ? 12 : 4;
}

function vat(amount, country) {
  return percent(amount, country === 'DE' ? 19 : 20);
}

function bill(legs, account) {
  const net = total(legs.map((each) => priceOf(each, each.km)));
  const less = rebate(net, account);
  const tax = vat(net - less, account.country);
  return { net: round(net), rebate: round(less), tax: round(tax), total: round(net - less + tax) };
}

module.exports = { bill };
