/** `npm run test:long` meets larger crowds and more rounds; every guarantee is the same in both sizes. */
export const sized = (normal: number, long: number): number =>
  process.env.TEST_SIZE === 'long' ? long : normal
