package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class HttpTest {
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final CloseableHttpClient CLIENT = HttpClients.createDefault();

    /** What a server sends, byte by byte as it likes. */
    private interface Says {
        void to(OutputStream client) throws Exception;
    }

    @AfterAll
    static void close() throws IOException {
        CLIENT.close();
    }

    @Test
    void anAnswerIsRead() throws Exception {
        Http.Reply reply = asked(text(OK + "Content-Length: 9\r\n\r\n{\"a\":\"b\"}"));
        assertEquals(200, reply.status());
        assertEquals("b", reply.body().path("a").textValue());
    }

    @TestFactory
    Stream<DynamicTest> whatDoesNotEndIsOverInTime() {
        Map<String, Says> never = new LinkedHashMap<>();
        never.put("silence", client -> Thread.sleep(60_000));
        never.put("a line of status that drips", client -> drip(client, "", "H"));
        never.put("headers that drip", client -> drip(client, OK, "x: y\r\n"));
        never.put("a body that drips", client -> drip(client, OK + "\r\n", " "));
        never.put("chunks that drip", client -> drip(client, OK + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"));
        never.put("interim answers that drip", client -> drip(client, "", "HTTP/1.1 100 Continue\r\n\r\n"));
        return tests(never, says -> {
            long before = System.nanoTime();
            StepUpFailed failed = assertThrows(StepUpFailed.class, () -> asked(says));
            long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
            assertEquals(Trouble.UNAVAILABLE, failed.trouble);
            assertTrue(failed.getMessage().startsWith("issuer, timeout: "), failed.getMessage());
            assertTrue(failed.getMessage().endsWith(" did not answer (not within 300 ms)"), failed.getMessage());
            assertTrue(millis < TIMEOUT.toMillis() * 5, millis + " ms");
        });
    }

    @TestFactory
    Stream<DynamicTest> whatIsTooMuchIsNotRead() {
        String much = "x".repeat(Http.BYTES_MAX + 1);
        Map<String, Says> large = new LinkedHashMap<>();
        large.put("a body by length", text(OK + "Content-Length: 999999999\r\n\r\n" + much));
        large.put("a body to the end", text(OK + "\r\n" + much));
        return tests(large, says -> {
            StepUpFailed failed = assertThrows(StepUpFailed.class, () -> asked(says));
            assertEquals(Trouble.UNAVAILABLE, failed.trouble);
            assertTrue(failed.getMessage().contains("more than 65536 bytes"), failed.getMessage());
        });
    }

    @TestFactory
    Stream<DynamicTest> whatPassesIsAnOutage() {
        return IntStream.of(408, 409, 425, 429, 500, 502, 503, 504).mapToObj(status -> DynamicTest.dynamicTest("status " + status, () -> {
            StepUpFailed failed = assertThrows(StepUpFailed.class, () -> asked(text("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n")));
            assertEquals(Trouble.UNAVAILABLE, failed.trouble);
        }));
    }

    @Test
    void itIsLedNowhere() throws Exception {
        Http.Reply reply = asked(text("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
        assertEquals(302, reply.status());
    }

    @Test
    void onlyAWordIsAnError() throws Exception {
        for (String bad : List.of("\"A\"", "\"a b\"", "\"a\\nb\"", "\"\"", "1", "null", "[\"a\"]", "\"" + "a".repeat(65) + "\"")) {
            String body = "{\"error\":" + bad + "}";
            assertEquals("no error code", asked(text("HTTP/1.1 400 Bad\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)).error());
        }
    }

    private static Http.Reply asked(Says says) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server, says));
            thread.start();
            try {
                return new Http(CLIENT, TIMEOUT).get("http://127.0.0.1:" + server.getLocalPort() + "/x");
            } finally {
                thread.interrupt();
            }
        }
    }

    private static void serve(ServerSocket server, Says says) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read(new byte[4096]);
            says.to(socket.getOutputStream());
            socket.getOutputStream().flush();
        } catch (Exception over) {
            // The client has gone, as it should.
        }
    }

    private static Says text(String text) {
        return client -> client.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void drip(OutputStream client, String first, String next) throws Exception {
        client.write(first.getBytes(StandardCharsets.US_ASCII));
        for (;;) {
            client.write(next.getBytes(StandardCharsets.US_ASCII));
            client.flush();
            Thread.sleep(20);
        }
    }

    private interface Check {
        void of(Says says) throws Exception;
    }

    private static Stream<DynamicTest> tests(Map<String, Says> cases, Check check) {
        return cases.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(), () -> check.of(one.getValue())));
    }
}
