package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ParametersTest {
    @Test
    void aNameIsShownAsItReads() {
        assertEquals("Shop 十 ü", Parameters.clean("Shop 十 ü", 100));
        for (String hidden : new String[] {"\n", "\u0000", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800"})
            assertEquals("Shop knaB", Parameters.clean("Shop" + hidden + "knaB", 100));
        assertEquals("-", Parameters.clean("\u202e \n", 100));
    }
}
