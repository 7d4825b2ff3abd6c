const frame = (content) => `<!DOCTYPE html><title>Corner shop</title>${content}`;

export function renderHome(stock) {
  return frame(`<ul>${stock.map(renderLine).join('')}</ul>`);
}

function renderLine({ sku, left }) {
  return `<li>${sku}: ${left}</li>`;
}

export function renderThanks({ total }) {
  return frame(`<p>Thank you. That is ${(total / 100).toFixed(2)}.</p>`);
}

export function renderProblem(problem) {
  return frame(`<p>Sorry: ${problem}</p>`);
}
