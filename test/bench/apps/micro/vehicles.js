'use strict';

class Vehicle {
  constructor(name, capacityGrams) {
    this.name = name;
    this.capacityGrams = capacityGrams;
  }

  fits(grams) {
    return grams <= this.capacityGrams;
  }

  get cost() {
    return this.costPerKm() * this.factor();
  }

  costPerKm() {
    return 0.3;
  }

  factor() {
    return 1;
  }
}

class Bicycle extends Vehicle {
  constructor() {
    super('bicycle', 30_000);
  }

  costPerKm() {
    return super.costPerKm() / 10;
  }
}

class Van extends Vehicle {
  constructor() {
    super('van', 800_000);
  }

  factor() {
    return super.factor() * 1.4;
  }
}

const makeFleet = () => [new Bicycle(), new Van()];
const load = (parcels) => parcels.reduce((grams, parcel) => grams + parcel.grams, 0);
const cheapestFirst = (a, b) => a.cost - b.cost;

function chooseVehicle(parcels) {
  const grams = load(parcels);
  return makeFleet()
    .sort(cheapestFirst)
    .find((vehicle) => vehicle.fits(grams));
}

module.exports = { chooseVehicle };
