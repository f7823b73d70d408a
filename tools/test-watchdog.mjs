// Loaded into every test process: one that has not ended in time says so and fails, instead of holding up all.
const LIMIT_MS = Number(process.env.MOORLINE_TEST_FILE_TIMEOUT_MS);

if (LIMIT_MS > 0) {
  const timer = setTimeout(() => {
    const held = process.getActiveResourcesInfo().join(', ');
    const file = process.env.MOORLINE_TEST_FILE ?? process.argv[1];
    console.error(`${file} did not end within ${LIMIT_MS / 1000} s; still open: ${held}`);
    process.exit(1);
  }, LIMIT_MS);
  timer.unref();
}
