'use strict';

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) append(groups, keyOf(item), item);
  return groups;
}

function append(groups, key, item) {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function* entriesOf(groups) {
  for (const [key, items] of groups) yield describe(key, items);
}

function describe(key, items) {
  return { key, count: items.length, grams: gramsOf(items) };
}

function gramsOf(items) {
  let grams = 0;
  for (const item of items) grams += item.grams;
  return grams;
}

function area(parcel) {
  return parcel.place.postcode.slice(0, 2);
}

function areasOf(parcels) {
  return [...entriesOf(groupBy(parcels, area))].sort(heaviestFirst);
}

function heaviestFirst(a, b) {
  return b.grams - a.grams;
}

module.exports = { areasOf };
