'use strict';
// Runs from cron, never in the service.
exports.remind = async function remind(loans, send) {
  for await (const loan of loans.overdue(Date.now())) await send(loan.reader, text(loan));
};

function text({ title }) {
  return `Please bring back ${title}.`;
}
