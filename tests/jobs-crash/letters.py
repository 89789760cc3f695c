"""Letters go out once though the program is killed at every step of its talk with the mail server."""
import collections
import re
import socketserver
import threading

from program import wait_until

LETTERS = 8
# Where the program is killed: before a letter is handed over it goes again, after that nobody knows whether it was taken.
BEFORE = ("greeting", "RCPT", "DATA")
INSIDE = ("half", "taken")  # half a letter is here, the answer to a whole one is not there
STEPS = (*BEFORE, *INSIDE, "answered")


class PostOffice(socketserver.ThreadingTCPServer):
    """Takes letters, and at an armed step kills the program and hangs up."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.port = self.server_address[1]
        self.taken = collections.Counter()  # by Message-ID
        self.mutex = threading.Lock()
        self.step = self.kill = None
        self.killed = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def arm(self, step, kill):
        self.killed.clear()
        self.step, self.kill = step, kill

    def reached(self, step):
        with self.mutex:
            if step != self.step:
                return
            self.step = None
        self.kill()
        self.killed.set()
        raise ConnectionAbortedError

    def close(self):
        self.shutdown()
        self.server_close()


class Talk(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        try:
            self.talk()
        except OSError:  # the other side is dead
            pass

    def talk(self):
        self.server.reached("greeting")
        self.say("220 post office")
        while line := self.rfile.readline():
            command = line.decode().strip().upper()
            if command.startswith("QUIT"):
                return self.say("221 bye")
            if command.startswith("RCPT"):
                self.server.reached("RCPT")
            if command == "DATA":
                self.server.reached("DATA")
                self.say("354 go on")
                if not self.take():
                    return None
            else:
                self.say("250 fine")

    def take(self):
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            text += line
            self.server.reached("half")
        with self.server.mutex:
            self.server.taken[re.search(rb"(?im)^Message-ID:\s*<([^>]+)>", text).group(1).decode()] += 1
        self.server.reached("taken")
        self.say("250 taken")
        self.server.reached("answered")
        return True


def letters(world):
    office = PostOffice()
    try:
        go_out_once(world, office)
    finally:
        office.close()


def go_out_once(world, office):
    world.admin.must("PUT", "/settings/mail-server", {"host": "127.0.0.1", "port": office.port, "security": "none", "from_address": "crm@example.ru", "site_url": "https://crm.example.ru"})

    def all_letters():
        return world.admin.must("GET", "/outgoing-mails?limit=100&fields=state,error,message_id")["items"]

    def settled():
        found = all_letters()
        return found if all(letter["state"] in ("sent", "failed") for letter in found) else None

    may_die = threading.Event()  # all letters are queued, and the program answers

    def kill():
        may_die.wait(30)
        world.server.process.kill()

    office.arm(STEPS[0], kill)
    items = [{"recipients": ["ivan@example.com"], "subject": f"Письмо {i}", "text": "Здравствуйте."} for i in range(LETTERS)]
    made = world.admin.must("POST", "/outgoing-mails:batch", {"items": items})["results"]
    assert all(each["status"] == "created" for each in made), made
    may_die.set()
    for following in (*STEPS[1:], None):
        assert office.killed.wait(60), "the step was not reached"
        world.server.process.wait()
        may_die.clear()
        office.arm(following, kill)
        world.restart()
        may_die.set()
    found = wait_until(settled, "every letter to be settled", timeout=60)
    unknown = [letter for letter in found if letter["state"] == "failed"]
    assert len(found) == LETTERS and all(letter["error"] == "mail_outcome_unknown" for letter in unknown), found
    assert len(INSIDE) <= len(unknown) <= len(STEPS) - len(BEFORE), unknown
    for letter in found:
        times = office.taken[letter["message_id"]]
        assert times == 1 if letter["state"] == "sent" else times <= 1, (letter, times)
    # What is unknown goes again when somebody says so.
    for letter in unknown:
        world.admin.must("POST", f"/outgoing-mails/{letter['id']}:send-again")
    wait_until(lambda: all(letter["state"] == "sent" for letter in settled() or [{"state": ""}]), "the others to go")
    assert set(office.taken) == {letter["message_id"] for letter in found}
