import { messages } from '../lib/messages'
import { plainPage } from './plain-page'

const { sentence, next } = messages.outdated

/** What a form of an older build is answered without JavaScript. */
export const outdatedPage = plainPage({
  title: 'The shop was updated',
  lines: [sentence, `Go back with your browser. ${next}`],
})
