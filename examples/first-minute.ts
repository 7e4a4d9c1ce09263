import Fastify from 'fastify'
import anomalies from '../plugins'

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies, {
    onAnomaly: (event) => console.log(`${event.level} ${event.type}: ${event.detail}`)
  })
  app.get('/search', async () => ({ found: [] }))

  // Ordinary traffic, from ten clients. The collection learns what it looks like.
  const wanted = ['lamp', 'chair', 'desk', 'rug', 'sofa', 'shelf', 'mirror']
  for (let i = 0; i < 200; i++) {
    await app.inject({ url: `/search?page=${i % 9}&q=${wanted[i % 7]}`, remoteAddress: `192.0.2.${i % 10}` })
  }

  // A request unlike all of it. It is answered as ever, and reported.
  await app.inject({ url: '/search?page=1%27--&q=lamp', remoteAddress: '203.0.113.7' })
  await app.close()
}

main()
