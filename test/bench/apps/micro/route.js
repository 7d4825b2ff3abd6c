'use strict';
const { distanceKm } = require('./geometry.js');

function nearest(from, stops) {
  let best = 0;
  let bestKm = Infinity;
  stops.forEach((stop, index) => {
    const km = distanceKm(from, stop.place);
    if (km < bestKm) {
      best = index;
      bestKm = km;
    }
  });
  return { index: best, km: bestKm };
}

function take(stops, index) {
  return stops.splice(index, 1)[0];
}

/** The stops in the order of a nearest-neighbour tour. */
function* tour(start, stops) {
  const open = [...stops];
  let at = start;
  while (open.length > 0) {
    const { index, km } = nearest(at, open);
    const stop = take(open, index);
    at = stop.place;
    yield leg(stop, km);
  }
}

function leg(stop, km) {
  return { ...stop, km };
}

function lengthKm(legs) {
  return legs.reduce((total, { km }) => total + km, 0);
}

function driveMinutes(km) {
  return km / averageSpeed(km) + 3;
}

function averageSpeed(km) {
  return km < 5 ? 0.4 : 0.9;
}

function clock(minutes) {
  return { hour: 8 + Math.floor(minutes / 60), minute: Math.floor(minutes % 60) };
}

function schedule(legs) {
  let minutes = 0;
  return legs.map((each) => {
    minutes += driveMinutes(each.km);
    return { ...each, arrives: clock(minutes) };
  });
}

module.exports = { tour, lengthKm, schedule };
