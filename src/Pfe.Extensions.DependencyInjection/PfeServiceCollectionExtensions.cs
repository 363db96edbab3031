using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pfe.Vision;
using Pfe.Vision.Faces;
using Pfe.Vision.Models;
using Pfe.Vision.Verification;

namespace Pfe.Extensions.DependencyInjection;

/// <summary>Faces for an application built on Microsoft.Extensions.</summary>
public static class PfeServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IFaceDetector"/>, <see cref="IFaceEmbedder"/> and <see cref="FaceVerifier"/> as singletons over
    /// <see cref="PfeNetworks"/>, which the host loads at its start. Register an <see cref="IModelSource"/> or a <see cref="TimeProvider"/>
    /// before to use your own.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options; null for the defaults. They can be bound to configuration as well.</param>
    public static IServiceCollection AddPfe(this IServiceCollection services, Action<PfeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<PfeOptions>();
        if (configure is not null) options.Configure(configure);
        options.ValidateOnStart();
        services.AddLogging();
        services.AddMetrics();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PfeOptions>, PfeOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IModelSource>(provider =>
            new ModelStore(provider.GetRequiredService<IOptions<PfeOptions>>().Value.ModelsFolder));
        services.TryAddSingleton<PfeNetworks>();
        services.TryAddSingleton<PfeDiagnostics>();
        services.TryAddSingleton<IFaceDetector, MeasuredDetector>();
        services.TryAddSingleton<IFaceEmbedder, MeasuredEmbedder>();
        services.TryAddSingleton(provider => new FaceVerifier(
            provider.GetRequiredService<IFaceDetector>(), provider.GetRequiredService<IFaceEmbedder>(), leaveOpen: true));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, NetworkLoading>());
        return services;
    }

    /// <summary>Adds a health check: the networks are loaded and give embeddings.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Tags to choose checks by, for instance <c>ready</c>.</param>
    public static IHealthChecksBuilder AddPfe(this IHealthChecksBuilder builder, string name = "pfe", IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<NetworkHealthCheck>(name, tags: tags ?? []);
    }
}
