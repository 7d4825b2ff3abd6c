import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { traced } from './traced.js';

const GATEWAY_FASTEST_MS = 180;
const GATEWAY_SPREAD_MS = 160;
const REVIEW_FROM_CENTS = 60_000;

export class CardDeclined extends Error {
  name = 'CardDeclined';
}

/** Takes the money for an order: checks, authorises, captures. */
export const pay = traced(async function pay({ card, amountCents }) {
  await checkFraud(card, amountCents);
  const authorisation = await authorise(card, amountCents);
  return capture(authorisation);
});

const checkFraud = traced(async function checkFraud(card, amountCents) {
  const score = riskScore(card);
  if (amountCents >= REVIEW_FROM_CENTS) await requestReview(card, amountCents);
  return score;
});

/** Asks the bank. It takes its time, longer for some cards than for others. */
const authorise = traced(async function authorise(card, amountCents) {
  await wait(gatewayMs(card));
  if (card.endsWith('0002')) throw new CardDeclined('the bank said no');
  return { id: randomUUID(), amountCents };
});

const capture = traced(async function capture(authorisation) {
  return { payment: authorisation.id, capturedCents: authorisation.amountCents };
});

/** Large amounts are looked at by a person; here they are let through. */
const requestReview = traced(async function requestReview(card, amountCents) {
  return { card: card.slice(-4), amountCents, accepted: true };
});

/** Gives money back. No caller in this shop yet. */
export const refund = traced(async function refund(payment, amountCents) {
  return { payment, refundedCents: amountCents };
});

function riskScore(card) {
  return cardDigest(card)[0] / 255;
}

function gatewayMs(card) {
  return GATEWAY_FASTEST_MS + (GATEWAY_SPREAD_MS * cardDigest(card).readUInt16BE(1)) / 0xffff;
}

function cardDigest(card) {
  return createHash('sha256').update(card).digest();
}
