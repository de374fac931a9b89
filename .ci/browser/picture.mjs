// Saves the README's picture, the board in English by day, to the path given.
import { eventually, openBrowser } from './visitor.mjs';

const { browser, close } = await openBrowser();
const board = await browser.newPage({
  baseURL: process.env.CONSOLE, locale: 'en-US', colorScheme: 'light', viewport: { width: 1366, height: 800 },
});
// A full window with both kinds of findings, some of them answered.
await eventually('the board is full', async () => {
  const answer = await board.goto('/').catch(() => null);
  if (!answer?.ok()) return false;
  const rows = (await board.locator('tr[data-case]').allTextContents()).slice(0, 14);
  return rows.length === 14 && ['Block requested', 'Waiting', 'out-of-town', 'Late-night'].every((words) => rows.join().includes(words));
}, 60);
await board.screenshot({ path: process.argv[2] });
await close();
