'use strict';
const { loadAccount, refused } = require('./accounts.js');
const { Box } = require('./geometry.js');
const { areasOf } = require('./grouping.js');
const { bill } = require('./pricing.js');
const { lengthKm, schedule, tour } = require('./route.js');
const { hitRate, stockOfAll, warnings } = require('./stock.js');
const { hash, padded } = require('./text.js');
const { chooseVehicle } = require('./vehicles.js');

const placeOf = (parcel) => parcel.place;
const time = ({ hour, minute }) => `${padded(hour, 2)}:${padded(minute, 2)}`;
const reference = (order) => `${padded(order.id, 8)}-${hash(order.customer).toString(36)}`;

function presentStop(stop) {
  return { sku: stop.sku, street: stop.place.street, km: tenth(stop.km), arrives: time(stop.arrives) };
}

function tenth(value) {
  return Math.round(value * 10) / 10;
}

function extent(order) {
  const box = Box.around(order.parcels.map(placeOf)).include(order.depot);
  return { km: tenth(box.diagonalKm), centre: box.centre };
}

async function gather(order) {
  const [account, stock] = await Promise.all([loadAccount(order.customer), stockOfAll(order.parcels)]);
  return { account, stock };
}

function accept(order, account) {
  const no = new Set(refused(account, order.parcels));
  return order.parcels.filter((parcel) => !no.has(parcel.sku));
}

/** Plans the delivery of an order: account and stock from the database, a tour, a price. */
async function planDelivery(order) {
  const { account, stock } = await gather(order);
  const parcels = accept(order, account);
  const legs = [...tour(order.depot, parcels)];
  return {
    reference: reference(order),
    vehicle: chooseVehicle(parcels)?.name ?? 'none',
    stops: schedule(legs).map(presentStop),
    km: tenth(lengthKm(legs)),
    extent: extent(order),
    areas: areasOf(parcels),
    bill: bill(legs, account),
    warnings: warnings(stock),
    cacheHitRate: tenth(hitRate()),
  };
}

module.exports = { planDelivery };
