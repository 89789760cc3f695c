// A mail server for journeys: takes every letter but those to nobody@… and reads its text.
import { createServer } from "node:net";

export async function openPostOffice() {
  const letters = [];
  const server = createServer((socket) => {
    let buffer = "";
    let letter = null;
    socket.write("220 post office\r\n");
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      buffer += bytes.toString("latin1");
      for (;;) {
        const end = letter === null ? buffer.indexOf("\r\n") : buffer.indexOf("\r\n.\r\n");
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + (letter === null ? 2 : 5));
        if (letter !== null) {
          letters.push(textOf(line));
          letter = null;
          socket.write("250 taken\r\n");
        } else if (line === "DATA") {
          letter = "";
          socket.write("354 go on\r\n");
        } else if (/^RCPT TO:<nobody@/i.test(line)) {
          socket.write("550 5.1.1 no such mailbox\r\n");
        } else {
          socket.write(line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
        }
      }
    });
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  server.unref();
  return { port: server.address().port, letters, close: () => new Promise((resolve) => { server.close(resolve); }) };
}

/** The first part, which is base64. */
function textOf(letter) {
  const part = letter.slice(letter.indexOf("Content-Transfer-Encoding: base64"));
  const body = part.slice(part.indexOf("\r\n\r\n") + 4);
  return Buffer.from(body.slice(0, body.indexOf("\r\n--")), "base64").toString("utf8");
}
