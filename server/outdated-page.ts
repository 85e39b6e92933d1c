import { messages } from '../lib/messages'

const { sentence, next } = messages.outdated

/** What a form of an older build is answered without JavaScript. It needs no file of any build. */
export const outdatedPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The shop was updated</title>
<body style="color-scheme: light dark; max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem; font: 1.125rem/1.6 system-ui, sans-serif">
<main>
<h1>The shop was updated.</h1>
<p>${sentence}</p>
<p>Go back with your browser. ${next}</p>
<p><a href="/">Back to the shop</a></p>
</main>
</html>
`
