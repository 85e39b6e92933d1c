/** A page that can be read without any file of a build and nothing of Next. `reloadSeconds` makes it load again by itself. */
export const plainPage = ({ title, lines, reloadSeconds }: PlainPage): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${reloadSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${reloadSeconds}">\n`}<title>${title}</title>
<link rel="icon" href="/icon.svg">
<body style="color-scheme: light dark; max-width: 40rem; margin: 15vh auto; padding: 0 1.5rem; font: 1.125rem/1.6 system-ui, sans-serif">
<main>
<h1>${title}.</h1>
${lines.map((line) => `<p>${line}</p>`).join('\n')}
<p><a href="/">Back to the shop</a></p>
</main>
</html>
`

type PlainPage = { title: string; lines: string[]; reloadSeconds?: number }
