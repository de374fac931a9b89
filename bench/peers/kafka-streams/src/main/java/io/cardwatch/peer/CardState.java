package io.cardwatch.peer;

/** One card's token and history. */
final class CardState {
  byte[] id = new byte[0];
  final Window window = new Window();
}
