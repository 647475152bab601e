package sallyport.keycloak;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is asked of Sallyport for one step. Pure.
 *
 * @param acrs      what will do, what is asked first; empty: whatever was proven
 * @param essential nothing less is answered
 * @param strict    no proof counts that is older than the step
 * @param login     a question is asked, whatever trust says
 * @param maxAge    passed on; null: not sent
 */
record Asked(List<String> acrs, boolean essential, boolean strict, boolean login, Long maxAge) {

    /**
     * What the application wants of Keycloak.
     *
     * @param forced an acr that it insists on
     */
    record Application(boolean forced, String prompt, String maxAge) {
        boolean wantsFresh() {
            return isLogin() || seconds() != null;
        }

        boolean isLogin() {
            return prompts("login");
        }

        /** No question is to be asked at all. */
        boolean isNone() {
            return prompts("none");
        }

        private boolean prompts(String value) {
            return prompt != null && List.of(prompt.split(" ")).contains(value);
        }

        Long seconds() {
            return maxAge != null && maxAge.matches("[0-9]{1,9}") ? Long.valueOf(maxAge) : null;
        }
    }

    /** Whether an answer to this is judged as one to that would be; a question more, or an age that Sallyport looks at, makes no difference. */
    boolean demandsWhat(Asked now) {
        return acrs.equals(now.acrs) && essential == now.essential && strict == now.strict;
    }

    /** What {@code sallyport-enrol} wants: a factor proven here and now, whichever it is. */
    static final Asked ENROL = new Asked(List.of(), false, true, true, null);

    /**
     * @param level of the condition that guards the step, or that the application asked for; empty: the lowest that has an acr
     * @param afresh trust has just proven too old
     */
    static Asked of(Settings settings, OptionalInt level, Application app, boolean afresh) throws StepUpFailed {
        Map<Integer, String> enough = level.isPresent() ? settings.acrByLevel().tailMap(level.getAsInt(), true) : settings.acrByLevel();
        if (enough.isEmpty())
            throw new StepUpFailed(Trouble.MISCONFIGURED, "acrByLevel: has no acr for level " + level.getAsInt() + " or above");
        boolean trusts = !settings.maxTrustedAge().isZero();
        boolean essential = app.forced() || !settings.acceptExempt();
        // With a max_age Sallyport refuses whom it asks nothing, so where that is to pass the age is only looked at afterwards.
        Long age = app.seconds() != null ? app.seconds() : essential && trusts ? Long.valueOf(settings.maxTrustedAge().toSeconds()) : null;
        boolean strict = app.wantsFresh();
        boolean login = afresh || strict || essential && !trusts;
        return new Asked(List.copyOf(new LinkedHashSet<>(enough.values())), essential, strict, login, age);
    }
}
