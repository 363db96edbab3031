using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pfe.Gallery;

namespace Pfe.Server.Security;

/// <summary>One policy a scope; nothing is open that does not say so.</summary>
internal static class KeyScopePolicies
{
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        // The core alone: the whole of it writes keys of its own, for cookies it encrypts, into the user's folder.
        services.AddWebEncoders();
        services.AddTransient<KeyAuthentication>();
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = KeyAuthentication.SchemeName;
            options.AddScheme<KeyAuthentication>(KeyAuthentication.SchemeName, null);
        });
        var policies = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var scope in new[] { KeyScopes.Read, KeyScopes.Enrol, KeyScopes.Review, KeyScopes.Admin })
            policies.AddPolicy(Name(scope), policy => policy.RequireClaim(KeyIdentity.ScopeClaim, Name(scope)));
        return services;
    }

    /// <summary>Asks for a key with a scope.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, KeyScopes scope) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(Name(scope));

    private static string Name(KeyScopes scope) => $"{scope}".ToLowerInvariant();
}
