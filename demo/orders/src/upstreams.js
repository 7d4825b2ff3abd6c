'use strict';

const DEADLINE_MS = 4_000;

class PaymentDeclined extends Error {
  constructor(reason) {
    super(reason);
    this.name = 'PaymentDeclined';
  }
}

async function postJson(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return { status: response.status, answer: await response.json() };
}

/** The inventory and payments as the orders service sees them. */
function createUpstreams({ inventoryUrl, paymentsUrl }) {
  async function reserveStock(lines) {
    const { status, answer } = await postJson(`${inventoryUrl}/reservations`, { lines });
    if (status !== 201) throw new Error(`inventory answered ${status}: ${answer.error}`);
    return answer;
  }

  async function releaseStock(reservationId) {
    await postJson(`${inventoryUrl}/reservations/${reservationId}/release`, {});
  }

  async function charge(card, amountCents) {
    const { status, answer } = await postJson(`${paymentsUrl}/payments`, { card, amountCents });
    if (status === 402) throw new PaymentDeclined(answer.error);
    if (status !== 201) throw new Error(`payments answered ${status}`);
    return answer;
  }

  return { reserveStock, releaseStock, charge };
}

module.exports = { createUpstreams, PaymentDeclined };
