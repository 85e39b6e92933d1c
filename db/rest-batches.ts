import type { UpstashRequest, UpstashResponse } from '@upstash/redis'

/** Upstash bounds the size of a request; a thousand scripts with their arguments stay well below it. */
const maxBatch = 1_000

type Waiting = {
  command: unknown
  resolve(answer: UpstashResponse<never>): void
  reject(error: unknown): void
}

/**
 * Sends the single commands of one turn of the event loop as one REST pipeline, in the order they were issued: with
 * 128 in flight that is about thirty times as many commands per second as a request for each. A pipeline also answers
 * each command by itself, which tells Redis' errors (in the body) from those of HTTP. A lost batch rejects all of its
 * commands.
 */
export function inBatches(send: (request: UpstashRequest) => Promise<unknown>) {
  let batch: Waiting[] = []

  async function flush() {
    const sent = batch
    batch = []
    if (sent.length === 0) return
    try {
      const answers = await send({ path: ['pipeline'], body: sent.map((each) => each.command) })
      const complete = Array.isArray(answers) && answers.length === sent.length
      if (!complete) throw new Error('not the answer to a pipeline')
      sent.forEach((each, index) => {
        each.resolve(answers[index])
      })
    } catch (error) {
      for (const each of sent) each.reject(error)
    }
  }

  return (request: UpstashRequest) =>
    new Promise<UpstashResponse<never>>((resolve, reject) => {
      batch.push({ command: request.body, resolve, reject })
      if (batch.length === 1) setImmediate(flush)
      if (batch.length === maxBatch) flush()
    })
}
