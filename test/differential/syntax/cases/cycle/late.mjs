export const order = ['start'];
export const late = await new Promise((done) => setTimeout(() => { order.push('timer'); done('late value') }, 5));
order.push('end');
