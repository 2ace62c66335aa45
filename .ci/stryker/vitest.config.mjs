// The tests of the pure rules alone, as the mutation tests run them.
export default {
  test: { include: ['test/rules/**/*.test.ts', 'test/disk/{holder,sealed-line}.test.ts'], testTimeout: 30_000 },
};
