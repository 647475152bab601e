package sallyport.keycloak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AskedTest {
    private static final Asked.Application PLAIN = new Asked.Application(false, null, null);

    private static Asked asked(int level, Asked.Application app, String... settings) throws StepUpFailed {
        return Asked.of(Settings.parse(SettingsTest.given(settings), SettingsTest.REALM), OptionalInt.of(level), app, false);
    }

    @Test
    void aLevelAsksForItsAcrAndTakesWhatIsAbove() throws Exception {
        assertEquals(List.of("mfa", "phr"), asked(2, PLAIN, "acrByLevel", "2=mfa 3=phr").acrs());
        assertEquals(List.of("phr"), asked(3, PLAIN, "acrByLevel", "2=mfa 3=phr").acrs());
        assertEquals(List.of("mfa"), asked(1, PLAIN).acrs());
    }

    @Test
    void aLevelAboveAllIsAnError() {
        StepUpFailed failed = assertThrows(StepUpFailed.class, () -> asked(3, PLAIN));
        assertEquals(Trouble.MISCONFIGURED, failed.trouble);
        assertTrue(failed.getMessage().startsWith("acrByLevel: "), failed.getMessage());
    }

    @Test
    void nothingLessAndNothingOlderUnlessSettingsSaySo() throws Exception {
        Asked asked = asked(2, PLAIN);
        assertTrue(asked.essential());
        assertTrue(asked.login());
        assertNull(asked.maxAge());
    }

    @Test
    void anOlderProofIsAskedForByItsAge() throws Exception {
        Asked asked = asked(2, PLAIN, "maxTrustedAge", "600");
        assertFalse(asked.login());
        assertFalse(asked.strict());
        assertEquals(600L, asked.maxAge());
    }

    @Test
    void whoMayBeExemptIsNotInsistedOn() throws Exception {
        Asked asked = asked(2, PLAIN, "acceptExempt", "true", "maxTrustedAge", "600");
        assertFalse(asked.essential());
        assertNull(asked.maxAge());
        assertTrue(asked(2, new Asked.Application(true, null, null), "acceptExempt", "true").essential());
    }

    @Test
    void anAnswerIsTakenForWhatIsDemandedNowOnly() throws Exception {
        String[] exempt = {"acceptExempt", "true"};
        Asked plain = asked(2, PLAIN, exempt);
        assertTrue(plain.demandsWhat(asked(2, PLAIN, exempt)));
        assertFalse(plain.demandsWhat(asked(2, new Asked.Application(true, null, null), exempt)));
        assertFalse(plain.demandsWhat(asked(2, new Asked.Application(false, "login", null), exempt)));
        assertFalse(plain.demandsWhat(asked(3, PLAIN, "acceptExempt", "true", "acrByLevel", "3=phr")));
        // Asked once more because trust was too old.
        assertTrue(plain.demandsWhat(new Asked(plain.acrs(), plain.essential(), plain.strict(), true, plain.maxAge())));
    }

    @Test
    void aPromptIsOneOfItsWords() {
        assertTrue(new Asked.Application(false, "none", null).isNone());
        for (String prompt : new String[] {null, "", "login", "nonesuch"}) assertFalse(new Asked.Application(false, prompt, null).isNone());
        assertTrue(new Asked.Application(false, "consent login", null).isLogin());
    }

    @Test
    void anApplicationThatWantsItFreshOverridesTrust() throws Exception {
        for (Asked.Application app : List.of(new Asked.Application(false, "login", null), new Asked.Application(false, null, "3600"))) {
            Asked asked = asked(2, app, "maxTrustedAge", "600", "acceptExempt", "true");
            assertTrue(asked.strict());
            assertTrue(asked.login());
        }
        assertEquals(3600L, asked(2, new Asked.Application(false, null, "3600"), "maxTrustedAge", "600").maxAge());
        assertFalse(asked(2, new Asked.Application(false, null, "soon"), "maxTrustedAge", "600").strict());
    }
}
