// What the stories share: a browser that can reach nothing but this machine, visitors in it, and the demo's metrics.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const consoleURL = process.env.CONSOLE;

// A browser that fetches nothing on its own account. The features are off for that alone; playwright's own list of them counts no
// more beside this one, so what it needs of it is repeated.
const quiet = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-features=AutofillServerCommunication,OptimizationHints,NetworkTimeServiceQuerying,MediaRouter,HttpsUpgrades',
  '--gaia-url=http://127.0.0.1:9', '--component-updater=url-source=http://127.0.0.1:9/',
];

// openBrowser starts Chromium behind a proxy that refuses everything and writes it down. Chromium asks no proxy for loopback, so
// what the proxy sees is what page or browser tried to fetch from elsewhere.
export async function openBrowser() {
  const tried = [];
  const proxy = http.createServer((request, response) => {
    tried.push(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  proxy.on('connect', (request, socket) => {
    tried.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...quiet, `--proxy-server=http://127.0.0.1:${proxy.address().port}`],
  });
  const close = async () => {
    await browser.close();
    proxy.close();
  };
  return { browser, tried, close };
}

// useBrowser gives the tests of a file one browser, and fails the file when anything tried to leave this machine or a page threw.
// It returns visit, which opens a path for a new visitor who leaves with the test.
export function useBrowser() {
  let opened;
  const broken = [];
  before(async () => {
    await eventually('the console answers', async () => (await fetch(`${consoleURL}/readyz`).catch(() => null))?.ok);
    opened = await openBrowser();
  });
  after(async () => {
    await opened.close();
    assert.deepEqual(opened.tried, [], 'requests that would have left this machine');
    assert.deepEqual(broken, [], 'scripts that failed, resources that a policy refused');
  });
  return async function visit(t, path, options = {}) {
    const context = await opened.browser.newContext({
      baseURL: consoleURL, locale: 'en-US', viewport: { width: 1366, height: 800 }, ...options,
    });
    t.after(() => context.close());
    context.setDefaultTimeout(20_000);
    context.on('weberror', (error) => broken.push(String(error.error())));
    context.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) broken.push(message.text());
    });
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
}

// eventually asks until the answer is truthy and returns it.
export async function eventually(what, ask, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for await (const _ of setInterval(100)) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < end, `within ${seconds} s: ${what}`);
  }
}

// metric sums the samples of a metric that carry the labels.
export async function metric(name, labels) {
  const text = await (await fetch(`${consoleURL}/metrics`)).text();
  return text.split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

// shot keeps what the visitor sees, for people to look at after a run.
export function shot(page, name) {
  return page.screenshot({ path: new URL(`shots/${name}.png`, import.meta.url).pathname });
}
