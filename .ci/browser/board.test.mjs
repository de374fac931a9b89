import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, shot, useBrowser } from './visitor.mjs';

const visit = useBrowser();

// caseIDs are the cases on the board in their order, top where the list begins on the screen.
const caseIDs = (board) => board.locator('tr[data-case]').evaluateAll((rows) => rows.map((row) => row.dataset.case));
const top = async (board) => (await board.locator('#rows, .empty').boundingBox()).y;

// clockMoves waits for live news: each carries the bank's time.
async function clockMoves(page) {
  const from = await page.locator('#clock').textContent();
  await page.waitForFunction((was) => document.querySelector('#clock').textContent !== was, from);
}

test('new cases wait behind a button; nothing moves until it is pressed', async (t) => {
  const board = await visit(t, '/');
  const shown = await caseIDs(board);
  const from = await top(board);

  const pill = board.getByRole('button', { name: /^\d+ new – show$/ });
  await pill.waitFor();
  await shot(board, 'board-pill');
  assert.deepEqual(await caseIDs(board), shown);
  assert.equal(await top(board), from);

  await pill.click();
  await eventually('the new case is on the board', async () => (await caseIDs(board)).some((id) => !shown.includes(id)));
});

test('live updates stop and go on by keyboard', async (t) => {
  const paused = await visit(t, '/');
  const live = await visit(t, '/');
  const toggle = paused.locator('#pause');

  await paused.getByRole('button', { name: 'Pause live updates' }).press('Enter');
  await paused.getByRole('button', { name: 'Resume live updates' }).waitFor();
  const stopped = await paused.locator('#clock').textContent();
  await clockMoves(live);
  assert.equal(await paused.locator('#clock').textContent(), stopped);

  assert.ok(await toggle.evaluate((button) => button === document.activeElement), 'the focus stays on the button');
  await paused.keyboard.press('Space');
  await paused.getByRole('button', { name: 'Pause live updates' }).waitFor();
  await clockMoves(paused);
});

test('a board that one comes back to is live again', async (t) => {
  const board = await visit(t, '/');
  await board.getByRole('link', { name: 'Collections' }).click();
  await board.getByRole('heading', { name: 'Collections' }).waitFor();
  await board.goBack();
  await board.getByRole('heading', { name: 'Open cases' }).waitFor();
  await clockMoves(board);
});
