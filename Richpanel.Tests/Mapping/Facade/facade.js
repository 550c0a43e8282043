// Reads one Segment call per line, answers one line of facade's readings each. Run from the folder that holds node_modules.
const path = require('path');
const { createRequire } = require('module');
const { Identify, Track, Page } = createRequire(path.join(process.cwd(), 'x.js'))('@segment/facade');
const readline = require('readline');

const fields = {
  identify: ['userId', 'anonymousId', 'email', 'firstName', 'lastName', 'name', 'phone', 'birthday', 'city', 'country'],
  track: ['userId', 'anonymousId', 'event', 'email', 'orderId', 'productId', 'couponId', 'sku', 'name', 'price', 'tax',
    'total', 'shipping', 'discount', 'coupon', 'shippingMethod', 'paymentMethod', 'revenue', 'subtotal', 'quantity', 'currency',
    'category', 'products'],
  page: ['userId', 'anonymousId', 'email', 'name', 'category', 'title', 'path', 'url', 'referrer'],
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const call = JSON.parse(line);
  const facade = new { identify: Identify, track: Track, page: Page }[call.type](call);
  const answer = { enabled: facade.enabled('Richpanel') };
  for (const field of fields[call.type]) {
    const value = facade[field]();
    if (value !== undefined) answer[field] = value;
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
});
