import type { Field } from './forms'

type Payloads = Record<string, readonly Field[]>

/** The arguments of a form's action: the previous answer, which is none, and what stands for the form. */
const args = (form: string): Field => ['0', `[null,${form}]`]

/** Arguments that can be read, and of which none is a form. */
export const noForms: Payloads = {
  'no arguments': [['0', '[]']],
  'no list': [['0', '{"slug":"x"}']],
  'text for a form': [args('"slug"')],
  'pairs for a form': [args('[[5,"x"],["slug","x"]]')],
  'an object for a form': [args('{"slug":"x"}')],
  'a prototype with a field': [args('{"__proto__":{"slug":"x"}}')],
  'a map to the prototype': [['1', '[["__proto__",{"slug":"x"}]]'], args('"$Q1"')],
  'two rows of each other': [
    ['1', '["$2"]'],
    ['2', '["$1"]'],
    ['0', '["$1","$2"]'],
  ],
  'a temporary reference': [args('"$T"')],
  'a stream without an end': [args('"$R1"')],
  'a date that is none': [args('"$Dx"')],
}

/** Arguments as nobody's browser writes them: the root row, and the rows that it refers to. */
export const unreadable: Payloads = {
  'no JSON': [['0', '{']],
  nothing: [],
  'a form of odd names': [
    ['_1___proto__', 'x'],
    ['_1_constructor', 'x'],
    ['_1_$ACTION_REF_1', 'x'],
    args('"$K1"'),
  ],
  'the prototype of an object': [['1', '{}'], args('"$1:__proto__"')],
  'the constructor of all functions': [['1', '{}'], args('"$1:constructor:constructor"')],
  'a row that poses as the inside of the decoder': [
    ['1', '"$@0"'],
    [
      '0',
      '{"then":"$1:__proto__:then","status":"resolved_model","reason":-1,"value":"{\\"then\\":\\"$B1\\"}",' +
        '"_response":{"_prefix":"process.exit(7)//","_chunks":"$Q2","_formData":{"get":"$1:constructor:constructor"}}}',
    ],
    ['2', '[]'],
  ],
  'a row of itself': [['0', '"$0"']],
  'a promise of itself': [['0', '"$@0"']],
  'an old kind of reference': [args('"$F1"')],
  'an action that is none': [['1', `{"id":"${'0'.repeat(42)}","bound":null}`], args('"$h1"')],
  'a file that is text': [['1', 'x'], args('"$B1"')],
  'bytes that are not there': [args('"$o1"')],
  'a number of 400 digits': [args(`"$n${'9'.repeat(400)}"`)],
  'an index far away': [args('"$ffffffff"')],
  'brackets without an end': [['0', '['.repeat(20_000)]],
  'depth 20,000': [args(`${'['.repeat(20_000)}1${']'.repeat(20_000)}`)],
  'a thousand fields': Array.from({ length: 1_000 }, (_, i) => [`${i}`, '1'] as const),
}

/** How a form without JavaScript names its action, done wrong. */
export const namedByFields = (id: string): Payloads => ({
  'no state': [[`$ACTION_ID_${id}`, '']],
  'an unknown id': [[`$ACTION_ID_${'0'.repeat(42)}`, '']],
  'an id that every object has': [['$ACTION_ID_constructor', '']],
  'a reference to nothing': [['$ACTION_REF_1', '']],
  'a reference to itself': [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', `{"id":"${id}","bound":"$@0"}`],
  ],
  'bound to the prototype': [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', `{"id":"${id}","bound":"$@1"}`],
    ['$ACTION_1:1', '["$1:__proto__:constructor"]'],
  ],
  'bound to no list': [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', `{"id":"${id}","bound":{"length":9e9}}`],
  ],
  'five references': Array.from({ length: 5 }, (_, i) => [`$ACTION_REF_${i}`, ''] as const),
})
