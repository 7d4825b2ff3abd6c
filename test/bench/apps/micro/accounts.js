'use strict';
const { findAccount } = require('./database.js');

const permissions = { gold: ['express', 'fragile', 'heavy'], plain: ['fragile'] };

async function loadAccount(name) {
  return withPermissions(await findAccount(name));
}

function withPermissions(account) {
  return { ...account, permissions: new Set(permissions[account.tier]) };
}

function may(account, permission) {
  return account.permissions.has(permission);
}

function isHeavy(parcel) {
  return parcel.grams > 20_000;
}

function needs(parcel) {
  const needed = [];
  if (isHeavy(parcel)) needed.push('heavy');
  if (parcel.fragile) needed.push('fragile');
  return needed;
}

function isAllowed(account, parcel) {
  return needs(parcel).every((permission) => may(account, permission));
}

function refused(account, parcels) {
  return parcels.filter((parcel) => !isAllowed(account, parcel)).map((parcel) => parcel.sku);
}

module.exports = { loadAccount, refused };
