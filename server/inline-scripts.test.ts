import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashInlineScripts } from './inline-scripts'

const hashOf = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`
const page = (...scripts: string[]) =>
  scripts.map((script) => `<p>1</p><script>${script}</script>`).join('\n')

test.each([
  '(self.__next_f=self.__next_f||[]).push([0])',
  '(self.__next_f=self.__next_f||[]).push([0]);self.__next_f.push([2,[{"ok":true},"k",null,1]])',
  'self.__next_f.push([1,"0:\\"\\u003c/p> é\\n\\""])',
  '(globalThis["TURBOPACK"] || (globalThis["TURBOPACK"] = [])).push({"otherChunks":["static/a.js"]});',
])('what Next hands over is hashed, byte for byte: %s', (script) => {
  expect(hashInlineScripts(page(script))).toEqual([hashOf(script)])
})

test.each([
  'alert(1)',
  'self.__next_f.push(alert(1))',
  'self.__next_f.push([1,"a"]);alert(1)',
  'self.__next_f.push([1,"a"]),alert([1])',
  'self.__next_f.push([1,`a`])',
  'self.__next_f.push([1,"a"]).push(["b"])',
  'alert(1);self.__next_f.push([1,"a"])',
  'self.__next_f.push([1,"a"])//\nalert(1)',
  '(self.__next_f=self.__next_f||[]).push([0]);alert(1);self.__next_f.push([2])',
  '',
])('any other script gets no hash: %s', (script) => {
  const ours = 'self.__next_f.push([1,"x"])'
  expect(hashInlineScripts(page(ours, script, ours))).toEqual([hashOf(ours)])
})

test('a script from a file needs none, and attributes change nothing', () => {
  const ours = 'self.__next_f.push([1,"x"])'
  const html = `<script src="/a.js" async=""></script><script id="_R_">${ours}</script>`
  expect(hashInlineScripts(html)).toEqual([hashOf(ours)])
})
