'use strict';

const EARTH_KM = 6371;
const radians = (degrees) => (degrees * Math.PI) / 180;
const square = (x) => x * x;

function haversine(a, b) {
  const lat = radians(b.lat - a.lat);
  const lon = radians(b.lon - a.lon);
  return square(Math.sin(lat / 2)) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * square(Math.sin(lon / 2));
}

function distanceKm(a, b) {
  return 2 * EARTH_KM * Math.asin(Math.sqrt(haversine(a, b)));
}

class Box {
  constructor() {
    this.low = { lat: 90, lon: 180 };
    this.high = { lat: -90, lon: -180 };
  }

  include(place) {
    this.low.lat = Math.min(this.low.lat, place.lat);
    this.low.lon = Math.min(this.low.lon, place.lon);
    this.high.lat = Math.max(this.high.lat, place.lat);
    this.high.lon = Math.max(this.high.lon, place.lon);
    return this;
  }

  get diagonalKm() {
    return distanceKm(this.low, this.high);
  }

  get centre() {
    return { lat: middle(this.low.lat, this.high.lat), lon: middle(this.low.lon, this.high.lon) };
  }

  static around(places) {
    const box = new Box();
    for (const place of places) box.include(place);
    return box;
  }
}

function middle(a, b) {
  return (a + b) / 2;
}

module.exports = { Box, distanceKm };
