package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PagesTest {
    @Test
    void aLineOfTheLogIsOneLine() {
        for (String end : List.of("\n", "\r", "\r\n", "\u0000", "\u0085", "\u2028", "\u2029", "\u001b[31m", "\u202e", "\b")) {
            String line = Pages.plain("acr is x" + end + "2026 INFO all is well");
            assertTrue(line.matches("acr is x[?]+.*2026 INFO all is well"), line);
        }
    }

    @Test
    void itIsNoLongerThanALine() {
        assertEquals(1001, Pages.plain("x".repeat(100_000)).length());
        assertEquals("十 ü", Pages.plain("十 ü"));
    }
}
