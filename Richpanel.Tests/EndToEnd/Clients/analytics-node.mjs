// node analytics-node.mjs HOST WRITE_KEY: prints the messageIds it sent, one a line; exits with 1 on any client error.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const errors = []
const analytics = new Analytics({ writeKey, host, maxRetries: 0 })
analytics.on('error', error => errors.push(error))
analytics.on('http_response', response => { if (response.status !== 200) errors.push(response) })
const sent = []
const done = (error, context) => { if (error) errors.push(String(error)); else sent.push(context.event.messageId) }

analytics.identify({ userId: 'node-user', traits: { name: '漢字 Ünï 🙂', email: 'node@shop.example' } }, done)
analytics.page({ userId: 'node-user', name: '漢字 Ünï 🙂', properties: { url: 'https://shop.example/', path: '/' } }, done)
for (let n = 1; n <= 20; n++) {
  analytics.track({ userId: 'node-user', event: 'Product Viewed', properties: { product_id: `P-${n}`, name: '漢字 Ünï 🙂', price: 12.5 } }, done)
}
await analytics.closeAndFlush({ timeout: 20000 })
for (const id of sent) console.log(id)
if (errors.length > 0 || sent.length !== 22) {
  console.error('client errors', errors.length, JSON.stringify(errors).slice(0, 500), 'sent', sent.length)
  process.exit(1)
}
