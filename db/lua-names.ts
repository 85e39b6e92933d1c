const keywords =
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'

/** What scripts use of Lua and Redis: a local of that name would hide it without an error. */
const globals =
  'KEYS ARGV redis cjson cmsgpack bit struct math string table tonumber tostring type next pairs ipairs unpack select ' +
  'assert error pcall'

const taken = new Set(`${keywords} ${globals}`.split(' '))

/** Throws when a declared name of this script is not a free and single Lua name. */
export function assertLuaNames(script: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const why =
      (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && 'is not a Lua name') ||
      (taken.has(name) && 'means something in Lua already') ||
      (names.indexOf(name) !== index && 'is declared twice')
    if (why) throw new Error(`Script ${script}: "${name}" ${why}.`)
  }
}
