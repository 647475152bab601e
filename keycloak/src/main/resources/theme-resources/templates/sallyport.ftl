<#import "template.ftl" as layout>
<@layout.registrationLayout displayMessage=true; section>
    <#if section = "header">
        ${msg("sallyport-title")}
    <#elseif section = "form">
        <#if sallyportRetry?? && sallyportRetry>
        <form id="kc-sallyport-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
            <div class="${properties.kcFormGroupClass!}">
                <div id="kc-form-buttons" class="${properties.kcFormButtonsClass!}">
                    <button id="kc-sallyport-retry" name="sallyport-retry" value="1" type="submit" autofocus
                            class="${properties.kcButtonClass!} ${properties.kcButtonPrimaryClass!} ${properties.kcButtonBlockClass!} ${properties.kcButtonLargeClass!}">${msg("sallyport-retry")}</button>
                </div>
            </div>
        </form>
        </#if>
    </#if>
</@layout.registrationLayout>
