// node rudder-node.mjs HOST WRITE_KEY: prints the messageIds it sent, one a line; exits with 1 on any client error.
import { createRequire } from 'node:module'

const RudderAnalytics = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node')
const [host, writeKey] = process.argv.slice(2)
const errors = []
const Client = RudderAnalytics.default ?? RudderAnalytics
const client = new Client(writeKey, { dataPlaneUrl: host, flushInterval: 100, retryCount: 0, errorHandler: error => errors.push(String(error)) })
const sent = []
let answered = 0
const message = extra => {
  const messageId = `rudder-${sent.length + 1}`
  sent.push(messageId)
  return { userId: 'rudder-user', messageId, ...extra }
}
const done = error => { answered++; if (error) errors.push(String(error)) }

client.identify(message({ traits: { name: '漢字 Ünï 🙂', email: 'rudder@shop.example' } }), done)
client.page(message({ name: '漢字 Ünï 🙂', properties: { url: 'https://shop.example/', path: '/' } }), done)
for (let n = 1; n <= 20; n++) {
  client.track(message({ event: 'Product Viewed', properties: { product_id: `P-${n}`, name: '漢字 Ünï 🙂', price: 12.5 } }), done)
}
const deadline = Date.now() + 20000
while (answered < sent.length && Date.now() < deadline) {
  await client.flush().catch(error => errors.push(String(error)))
  await new Promise(resolve => setTimeout(resolve, 50))
}
for (const id of sent) console.log(id)
if (errors.length > 0 || answered !== sent.length) {
  console.error('client errors', errors.length, JSON.stringify(errors).slice(0, 500), 'answered', answered)
  process.exit(1)
}
process.exit(0)
