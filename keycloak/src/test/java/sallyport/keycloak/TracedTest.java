package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TracedTest {
    private static final String CODE = "x".repeat(43);

    @Test
    void aTraceHasClassesAndFramesAndNobodysLine() {
        Exception inner = new IllegalArgumentException("code=" + CODE + "\n2026 INFO all is well");
        Exception thrown = new IllegalStateException(inner);
        StringWriter printed = new StringWriter();
        Traced.of(thrown).printStackTrace(new PrintWriter(printed, true));
        String trace = printed.toString();
        assertTrue(trace.startsWith("java.lang.IllegalStateException: java.lang.IllegalArgumentException: code=…?2026 INFO"), trace);
        assertTrue(trace.contains("Caused by: java.lang.IllegalArgumentException: code=…?2026 INFO"), trace);
        assertFalse(trace.contains(CODE) || trace.contains("\n2026"), trace);
        assertArrayEquals(inner.getStackTrace(), Traced.of(thrown).getCause().getStackTrace());
    }

    @Test
    void causesThatGoRoundEnd() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        int depth = 0;
        for (Throwable at = Traced.of(first); at != null; at = at.getCause()) depth++;
        assertEquals(5, depth);
    }
}
