using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pfe.Gallery;
using Pfe.Server.Messages;
using Pfe.Server.Security;
using Pfe.Server.Settings;

namespace Pfe.Server.Pages;

/// <summary>
/// The pages: forms that work without a script, answered by whole pages. The one script makes them pleasant: drop, camera, no reload.
/// </summary>
internal static class PageRoutes
{
    public static IServiceCollection AddPages(this IServiceCollection services) => services.AddSingleton<SamplePeople>();

    public static void MapPages(this IEndpointRouteBuilder app, ServerLimits limits)
    {
        Assets.Map(app);
        var pages = app.MapGroup("").ExcludeFromDescription().SendWhatIsReady();
        pages.AddEndpointFilter(ShowProblemsAsync);
        SignInPages.Map(pages);
        ComparePage.Map(pages, limits);
        IdentifyPage.Map(pages, limits);
        EnrolPage.Map(pages, limits);
        PeoplePages.Map(pages);
        ReviewPage.Map(pages);
        ModelPage.Map(pages);
        AuditPage.Map(pages);
        KeysPage.Map(pages);
        ApiPage.Map(pages);
        GalleryForms.Map(pages);
    }

    /// <summary>What a program gets as a problem, a person gets as a page that says it.</summary>
    private static async ValueTask<object?> ShowProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (Problems.Of(e) is { } problem)
        {
            var http = context.HttpContext;
            http.Items[Problems.CodeItem] = problem.Code;
            var content = Html.Of($"""
                {Parts.Note("bad", problem.Detail)}
                <p><a href="{http.Request.Path}">Try again</a></p>
                """);
            if (http.User.Key() is null) return PageFrame.Outside("That did not work", content, problem.Status);
            var catalog = http.RequestServices.GetRequiredService<GalleryCatalog>();
            var frame = await PageFrame.ReadAsync(http, catalog);
            return frame.Page("That did not work", Html.Of($"""<div id="result">{content}</div>"""), problem.Status);
        }
    }
}
